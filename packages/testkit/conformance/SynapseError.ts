import * as Schema from "effect/Schema"

/** Synapse could not be installed, started or talked to. `detail` is for a person, with the last lines it printed. */
export class SynapseError extends Schema.TaggedError<SynapseError>()("SynapseError", {
  step: Schema.Literals(["python", "install", "start", "register"]),
  detail: Schema.String
}) {
  override get message() {
    return `Synapse, ${this.step}: ${this.detail}`
  }
}
