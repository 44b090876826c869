import type { EdgeMouseEvent, NodeChange, VueFlowStore } from '@vue-flow/core'
import { nextTick, watch } from 'vue'
import { sameEdge } from '../../../core/architecture/edit/index.ts'
import { useProject } from '../../stores/project.ts'
import { useSelection } from '../../stores/selection.ts'
import { useCanvas } from './canvasStore.ts'
import { groupNodeId } from './drawing.ts'

/** What is chosen, from the drawing to the store and back. */
export function useCanvasSelection(flow: VueFlowStore): {
  readonly changed: (changes: NodeChange[]) => void
  readonly chooseEdge: (event: EdgeMouseEvent) => void
  readonly documentIds: (ids: Iterable<string>) => string[]
} {
  const project = useProject()
  const selection = useSelection()
  const canvas = useCanvas()
  const chosen = new Set<string>()
  function changed(changes: NodeChange[]): void {
    let touched = false
    for (const change of changes) {
      if (change.type !== 'select') continue
      touched = true
      if (change.selected) chosen.add(change.id)
      else chosen.delete(change.id)
    }
    if (touched) selection.choose(documentIds(chosen))
  }

  function chooseEdge({ edge: { id }, event }: EdgeMouseEvent): void {
    const edge = canvas.drawing.edges.find(drawn => drawn.id === id)?.edge
    if (!edge) return
    const more = event.shiftKey || ('ctrlKey' in event && (event.ctrlKey || event.metaKey))
    const others = selection.edges.filter(other => !sameEdge(other, edge))
    selection.chooseEdges(!more ? [edge] : others.length < selection.edges.length ? others : [...others, edge])
  }

  /** A collapsed group stands for its members. */
  function documentIds(ids: Iterable<string>): string[] {
    const groups = new Map((project.architecture.groups ?? []).map(group => [groupNodeId(group.id), group]))
    return [...ids].flatMap(id => groups.get(id)?.nodes ?? [id])
  }

  watch(() => [selection.ids, canvas.drawing] as const, async () => {
    await nextTick()
    const wanted = new Set(selection.ids)
    for (const group of project.architecture.groups ?? []) if (group.collapsed && group.nodes.some(id => wanted.has(id))) wanted.add(groupNodeId(group.id))
    const differing = flow.getNodes.value.filter(node => node.type !== 'frame' && node.selected !== wanted.has(node.id))
    if (differing.length === 0) return
    chosen.clear()
    for (const node of flow.getNodes.value) {
      node.selected = wanted.has(node.id)
      if (node.selected) chosen.add(node.id)
    }
  })

  return { changed, chooseEdge, documentIds }
}
