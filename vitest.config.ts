import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 20_000,
    // the files share nothing but modules that hold no state, and loading Effect anew for each costs more than the tests
    isolate: false
  }
})
