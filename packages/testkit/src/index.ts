export { FakeHomeserver, Listening, type Options, type Service } from "./FakeHomeserver.ts"
export * as Faults from "./Faults.ts"
export * as RateLimits from "./RateLimits.ts"
export * as VirtualClock from "./VirtualClock.ts"
