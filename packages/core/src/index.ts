export * as MatrixId from "./MatrixId.ts"
