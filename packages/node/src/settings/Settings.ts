/**
 * Every option, once: of the library (`UmfOrderSync.layer`, `createOrderSync`) and of `umf-order run`. The
 * documents are written from this table, and `UmfConfig` reads its variables.
 */
import { settings as asking } from "./AskingSettings.ts"
import { settings as connection } from "./ConnectionSettings.ts"
import type { Words } from "./Kind.ts"
import { settings as notice } from "./NoticeSettings.ts"
import { settings as service } from "./ServiceSettings.ts"
import type { Setting } from "./Setting.ts"

/** Options that belong together, in the order of the documents. */
export interface Group {
  readonly title: Words
  readonly settings: ReadonlyArray<Setting<unknown>>
}

export const groups: ReadonlyArray<Group> = [
  { title: { en: "Keys and the platform", zh: "密钥与平台" }, settings: Object.values(connection) },
  { title: { en: "Asking and keeping", zh: "查询与保存" }, settings: Object.values(asking) },
  { title: { en: "Notices", zh: "通知" }, settings: Object.values(notice) },
  { title: { en: "The service alone", zh: "仅用于服务" }, settings: Object.values(service) }
]

export const all: ReadonlyArray<Setting<unknown>> = groups.flatMap(({ settings }) => settings)

/** The variable of an option of the library, such as "rateLimit.limit". */
export const variableOf = (option: string): string | undefined =>
  all.find((setting) => setting.option === option)?.variable
