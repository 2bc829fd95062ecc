/** The event loop of the host, as far as it lets itself be watched. */

export interface Loop {
  /** Calls back when what is ready now has had its turn. */
  readonly turn: (look: () => void) => void
  /** A number that grows whenever input or output was handled. */
  readonly handled: () => number
  /** Whether something is under way that will call back by itself: an immediate, a file, a look-up, a connection. */
  readonly isBusy: () => boolean
}

/**
 * Node tells all three. It says nothing of its thread pool (compression, digests) and nothing of use about its timers.
 * Elsewhere there are only turns.
 */
export const host: Loop = {
  turn: (look) => {
    if (typeof setImmediate === "function") setImmediate(look)
    else setTimeout(look, 0)
  },
  handled: () => globalThis.performance?.nodeTiming?.uvMetricsInfo?.events ?? 0,
  isBusy: () => globalThis.process?.getActiveResourcesInfo?.().some((name) => onItsWay.test(name)) ?? false
}

/** Requests, which end by themselves. A socket or a server is no request: it may stay open for ever. */
const onItsWay = /^Immediate$|(?:Req|ReqCallback|ReqPromise|ReqWrap|ConnectWrap|WriteWrap|SendWrap|ShutdownWrap)$/u
