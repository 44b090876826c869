import { useProject } from '../../stores/project.ts'
import { useSelection } from '../../stores/selection.ts'

type ArrowKey = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'

/** From layer to layer along the edges: down and right with what flows, up and left against it. Where it parts, by the place of what is next. */
export function useWalking(): { readonly walk: (key: ArrowKey) => void; readonly walkTo: (place: number) => void } {
  const project = useProject()
  const selection = useSelection()

  function walk(key: ArrowKey): void {
    const { nodes, edges } = project.architecture
    const from = selection.ids.at(-1)
    if (from === undefined) {
      walkTo(0)
      return
    }
    const here = nodes.find(node => node.id === from)
    const on = key === 'ArrowDown' || key === 'ArrowRight'
    const ids = edges.flatMap(({ from: { node: source }, to: { node: target } }) => (on ? (source === from ? [target] : []) : target === from ? [source] : []))
    const next = nodes.filter(node => ids.includes(node.id))
    if (!here || next.length === 0) return
    // Of several, the one that lies in the direction of the key.
    const along = (node: (typeof nodes)[number]): number => {
      const x = node.position.x - here.position.x
      const y = node.position.y - here.position.y
      const length = Math.hypot(x, y) || 1
      return (key === 'ArrowDown' ? y : key === 'ArrowUp' ? -y : key === 'ArrowRight' ? x : -x) / length
    }
    const [best] = [...next].sort((a, b) => along(b) - along(a))
    if (best) selection.show(best.id)
  }

  /** By place in the order of what flows; -1 is the last. */
  function walkTo(place: number): void {
    const order = project.inference.order.filter(id => project.architecture.nodes.some(node => node.id === id))
    const id = order.at(place) ?? project.architecture.nodes[0]?.id
    if (id !== undefined) selection.show(id)
  }

  return { walk, walkTo }
}
