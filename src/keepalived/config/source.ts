/** Where from a check talks. null: the kernel's choice. */
export interface Source {
  readonly address: string | null
  readonly port: number | null
  /** Name of an interface. */
  readonly device: string | null
  /** Mark of the packets, for rules of routing and of the firewall. */
  readonly mark: number | null
}

export const ANY_SOURCE: Source = { address: null, port: null, device: null, mark: null }
