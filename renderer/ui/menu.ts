/** A line of a menu. */
export interface MenuItem {
  readonly label: string
  readonly note?: string
  readonly keys?: string
  readonly disabled?: boolean
  readonly run: () => unknown
}
