import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Edge } from '../../core/architecture/index.ts'
import { sameEdge } from '../../core/architecture/edit/index.ts'
import { useProject } from './project.ts'

/** Which layers or edges are chosen, and which layer the drawing is asked to bring into sight. */
export const useSelection = defineStore('selection', () => {
  const project = useProject()
  const ids = ref<readonly string[]>([])
  /** A group that is chosen as a whole. */
  const group = ref<string>()
  /** Edges that are chosen; layers are not, then. */
  const edges = ref<readonly Edge[]>([])
  /** Grows with every request. */
  const shown = ref<{ readonly id: string; readonly request: number }>({ id: '', request: 0 })
  const nodes = computed(() => project.architecture.nodes.filter(node => ids.value.includes(node.id)))
  const only = computed(() => (ids.value.length === 1 ? nodes.value[0] : undefined))

  // What is gone is not chosen any more.
  watch(() => project.architecture, ({ nodes: present, edges: wires, groups = [] }) => {
    const kept = ids.value.filter(id => present.some(node => node.id === id))
    if (kept.length !== ids.value.length) ids.value = kept
    if (edges.value.some(edge => !wires.some(wire => sameEdge(wire, edge)))) edges.value = []
    if (group.value !== undefined && !groups.some(({ id }) => id === group.value)) group.value = undefined
  })

  function choose(next: readonly string[]): void {
    group.value = undefined
    if (next.length > 0) edges.value = []
    if (next.length !== ids.value.length || next.some((id, at) => id !== ids.value[at])) ids.value = next
  }

  function chooseGroup(id: string): void {
    group.value = id
    ids.value = project.architecture.groups?.find(other => other.id === id)?.nodes ?? []
  }

  function chooseEdges(next: readonly Edge[]): void {
    if (next.length > 0) choose([])
    edges.value = next
  }

  function chooseNothing(): void {
    choose([])
    edges.value = []
  }

  /** Chooses a layer, or several, and brings the first into sight and the keyboard to it. */
  function show(id: string, ...others: readonly string[]): void {
    choose([id, ...others])
    shown.value = { id, request: shown.value.request + 1 }
  }

  return { ids, group, edges, nodes, only, shown, choose, chooseGroup, chooseEdges, chooseNothing, show }
})
