/**
 * How long a plan of a million rows takes to be read and how much memory, beside a program that does no more than look
 * at every line. Each reading has a process of its own, so that its peak is its own.
 */
import { execFileSync } from "node:child_process"
import { createReadStream } from "node:fs"
import * as readline from "node:readline"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Plan from "../src/plan/Plan.ts"

const goal = { mebibytes: 300 }

const row = (index: number) => ({
  operation: "invite",
  room: `!room${index % 2000}:example.org`,
  user: `@user${index}:example.org`,
  reason: "Welcome to the conference"
})

const formats = {
  csv: {
    head: "operation,room,user,reason\n",
    tail: "",
    line: (index: number) => `${Object.values(row(index)).join(",")}\n`
  },
  json: {
    head: '{"version":1,"rows":[',
    tail: "]}",
    line: (index: number) => `${index === 0 ? "" : ",\n"}${JSON.stringify(row(index))}`
  },
  ndjson: { head: "", tail: "", line: (index: number) => `${JSON.stringify(row(index))}\n` }
}

const write = (file: string, format: keyof typeof formats, rows: number) => {
  const { head, line, tail } = formats[format]
  const blocks = Stream.range(0, Math.ceil(rows / 1000) - 1).pipe(
    Stream.map((block) => {
      const count = Math.min(1000, rows - block * 1000)
      return `${block === 0 ? head : ""}${Array.from({ length: count }, (_, at) => line(block * 1000 + at)).join("")}${block * 1000 + count === rows ? tail : ""}`
    })
  )
  return Effect.flatMap(FileSystem.FileSystem, (fs) =>
    blocks.pipe(Stream.encodeText, Stream.run(fs.sink(file, { flag: "w" })))
  )
}

const readers: {
  readonly [name: string]: (file: string) => Effect.Effect<number, unknown, NodeServices.NodeServices>
} = {
  plan: (file) => Effect.map(Plan.read(file), ({ rows }) => rows.size),
  lines: (file) =>
    Effect.promise(async () => {
      let lines = 0
      for await (const line of readline.createInterface({ input: createReadStream(file) })) {
        if (line !== "") lines++
      }
      return lines
    })
}

const Measured = Schema.Struct({ count: Schema.Int, seconds: Schema.Finite, mebibytes: Schema.Finite })

/** What a process of its own does: one reading, and what it took. */
const measure = Effect.fnUntraced(function* (reader: string, file: string) {
  const started = performance.now()
  const count = yield* readers[reader]?.(file) ?? Effect.die(new Error(`no reader ${reader}`))
  const seconds = (performance.now() - started) / 1000
  yield* Console.log(JSON.stringify({ count, seconds, mebibytes: process.resourceUsage().maxRSS / 1024 }))
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Measured))

const inItsOwnProcess = (reader: string, file: string) =>
  Effect.flatMap(
    Effect.sync(() => execFileSync(process.execPath, [import.meta.filename, reader, file], { encoding: "utf8" })),
    decode
  )

const compare = Effect.gen(function* () {
  const rows = yield* Config.Int("ROWS").pipe(Config.withDefault(1_000_000))
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped()
  let missed = false
  for (const format of ["csv", "ndjson", "json"] as const) {
    const file = path.join(folder, `plan.${format}`)
    yield* write(file, format, rows)
    const lines = yield* inItsOwnProcess("lines", file)
    const plan = yield* inItsOwnProcess("plan", file)
    if (plan.count !== rows) return yield* Effect.die(new Error(`${plan.count} rows of ${rows} were read`))
    // a JSON document has to be held as a text
    missed ||= format !== "json" && plan.mebibytes > goal.mebibytes
    yield* Console.log(
      `${format}: ${rows} rows in ${plan.seconds.toFixed(1)} s and ${plan.mebibytes.toFixed(0)} MiB; ` +
        `looking at every line takes ${lines.seconds.toFixed(1)} s and ${lines.mebibytes.toFixed(0)} MiB: ` +
        `×${(plan.seconds / lines.seconds).toFixed(1)} and ×${(plan.mebibytes / lines.mebibytes).toFixed(1)}`
    )
  }
  if (missed) return yield* Effect.die(new Error(`more than ${goal.mebibytes} MiB at the peak`))
})

const [reader, file] = process.argv.slice(2)

const program = reader === undefined || file === undefined ? Effect.scoped(compare) : measure(reader, file)

NodeRuntime.runMain(Effect.provide(program, NodeServices.layer))
