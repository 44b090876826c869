import type { RunSummary } from '../../../../main/contract/app/runs.ts'

/** What each run is called among the others: its name, with the end of its id where several have that name. */
export function runNames(runs: readonly Pick<RunSummary, 'id' | 'name'>[]): readonly string[] {
  return runs.map(({ id, name }) => {
    const sharing = runs.filter(other => other.name === name)
    if (sharing.length === 1) return name
    const end = id.slice(id.lastIndexOf('-') + 1)
    return `${name} ${sharing.some(other => other.id !== id && other.id.endsWith(`-${end}`)) ? id : end}`
  })
}
