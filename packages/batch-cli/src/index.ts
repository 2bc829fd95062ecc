export * as Outcome from "./Outcome.ts"
export * as Plan from "./Plan.ts"
export * as Preflight from "./Preflight.ts"
export * as Runner from "./Runner.ts"
