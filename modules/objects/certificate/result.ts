/** The result of a step of a host's certificates. */
export interface CertificateResult {
  /** The certificates of both authorities; empty where there are none yet. */
  readonly authorities?: { readonly members: string; readonly chassis: string };
  readonly request?: string;
  readonly certificates?: { readonly chassis: string; readonly member: string };
}
