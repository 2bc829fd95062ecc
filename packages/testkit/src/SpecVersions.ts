/** What Synapse 1.163 says it speaks at `/versions`. */
export const specVersions: ReadonlyArray<string> = [
  ...["r0.0.1", "r0.1.0", "r0.2.0", "r0.3.0", "r0.4.0", "r0.5.0", "r0.6.0", "r0.6.1"],
  ...Array.from({ length: 15 }, (_, index) => `v1.${index + 1}`)
]
