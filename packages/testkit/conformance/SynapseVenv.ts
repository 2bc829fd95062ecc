/** The Python that Synapse runs in, with exactly the packages of `requirements.txt`. */
import * as Effect from "effect/Effect"
import { SynapseError } from "./SynapseError.ts"
import * as Venv from "./Venv.ts"

export const version = "1.163.2"

/** The path of a Python that can `import synapse`. */
export const ready = Venv.ready({
  name: `synapse-${version}`,
  requirements: new URL("requirements.txt", import.meta.url)
}).pipe(Effect.mapError(({ detail, step }) => new SynapseError({ step, detail })))
