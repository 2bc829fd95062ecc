/** Writes `plan.schema.json` beside this file. A test fails when the two have come apart. */
import { writeFileSync } from "node:fs"
import { jsonSchema } from "../src/plan/PlanSchema.ts"

writeFileSync(new URL("plan.schema.json", import.meta.url), `${JSON.stringify(jsonSchema(), null, 2)}\n`)
