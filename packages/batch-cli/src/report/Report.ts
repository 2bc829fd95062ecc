/** Reports of a run, from the account of it: for people, for machines, for spreadsheets, and as a page. */
export { type Account, comeBackAt, sentence, type Waits } from "./ReportAccount.ts"
export { type Group, groups as causes } from "./ReportCauses.ts"
export { text as csv } from "./ReportCsv.ts"
export { check, write } from "./ReportFile.ts"
export { page as html } from "./ReportHtml.ts"
export { document as json, row as rowJson, summary as summaryJson } from "./ReportJson.ts"
export { lines as summary } from "./ReportSummary.ts"
