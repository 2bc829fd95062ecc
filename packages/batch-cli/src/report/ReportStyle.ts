/** How the page looks: on a screen by day and by night, and on paper. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c1e21; --quiet: #5c6370; --line: #d8dce2; --panel: #f5f6f8;
  --done: #1b8a5a; --unchanged: #7c93b2; --failed: #c8401f; --deferred: #c98500; --unknown: #8f4fa8; --notAttempted: #9aa0a8 }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --text: #e6e8eb; --quiet: #9aa2ad; --line: #343942;
  --panel: #1f2228; --done: #43b884; --unchanged: #7f97b8; --failed: #f0714f; --deferred: #e3a93c; --unknown: #bf86d6;
  --notAttempted: #737a84 } }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --quiet: #444; --line: #bbb; --panel: #fff;
  --done: #1b8a5a; --unchanged: #7c93b2; --failed: #c8401f; --deferred: #c98500; --unknown: #8f4fa8; --notAttempted: #9aa0a8 }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact } tr, svg, .card { break-inside: avoid }
  h2 { break-after: avoid } main { max-width: none; padding: 0 } details { display: none } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 3rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .6rem }
p { margin: .25rem 0; overflow-wrap: anywhere } .quiet { color: var(--quiet) } bdi, code { overflow-wrap: anywhere }
.verdict { font-size: 1.1rem; margin: 1rem 0 }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0; padding: 0 }
.card { background: var(--panel); border: 1px solid var(--line); border-left: .4rem solid var(--c); border-radius: .3rem; padding: .5rem .7rem }
.card b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.card small { color: var(--quiet); display: block; line-height: 1.35 }
table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--quiet); font-size: .85rem } td ul { margin: .25rem 0 0; padding: 0; list-style: none; color: var(--quiet); font-size: .9rem }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } td.what { min-width: 14rem; width: 100% }
.n.failed, .n.unknown { color: var(--c); font-weight: 600; background: none }
svg { display: block; width: 100%; height: auto } svg.share { height: 1rem; border-radius: .3rem }
svg line { stroke: var(--line) } svg text { fill: var(--quiet); font-size: 12px } svg .level { text-anchor: end }
rect { fill: var(--c) } i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; background: var(--c); border-radius: .15em }
.legend span { margin-right: 1.2em } code { background: var(--panel); border: 1px solid var(--line); border-radius: .2rem; padding: .1rem .35rem }
summary { cursor: pointer; color: var(--quiet) }
.done { --c: var(--done) } .unchanged { --c: var(--unchanged) } .failed { --c: var(--failed) }
.deferred { --c: var(--deferred) } .unknown { --c: var(--unknown) } .notAttempted { --c: var(--notAttempted) } .pending { --c: var(--line) }
`
