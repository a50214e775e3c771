export interface BuiltPackage {
  readonly file: string
  /** Of the package; its tail is the hash of the contents. */
  readonly version: string
  /** false: that build was there already. */
  readonly built: boolean
}

export function buildPackage(options: {
  readonly daemonDir: string
  readonly outDir: string
  readonly runtime?: string
  readonly koffi?: string
  readonly arch?: 'amd64' | 'arm64'
}): BuiltPackage
