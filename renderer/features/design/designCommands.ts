import { nextTick } from 'vue'
import { fragmentOf, type Side } from '../../../core/architecture/edit/index.ts'
import { layerKinds } from '../../../core/architecture/index.ts'
import type { AppCommand } from '../../commands/registry.ts'
import { useProject } from '../../stores/project.ts'
import { useSelection } from '../../stores/selection.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useCanvas } from './canvasStore.ts'
import { NODE, ROOM } from './drawing.ts'
import { savePicture } from './exportPicture.ts'
import { usePreview } from './previewStore.ts'
import { useWalking } from './walking.ts'

const SIDES: readonly { readonly side: Side; readonly title: string }[] = [
  { side: 'left', title: 'Align left' }, { side: 'centre', title: 'Align centres' }, { side: 'right', title: 'Align right' },
  { side: 'top', title: 'Align tops' }, { side: 'middle', title: 'Align middles' }, { side: 'bottom', title: 'Align bottoms' },
]
const STEP = 8
/** Arrows and the like mean other things in menus, tabs and fields. */
const CANVAS = '.canvas'

/** What can be done on the drawing. Everything that dragging does is here too. */
export function designCommands(middle: () => { readonly x: number; readonly y: number }): AppCommand[] {
  const project = useProject()
  const selection = useSelection()
  const canvas = useCanvas()
  const preview = usePreview()
  const preferences = usePreferences()
  const { walk, walkTo } = useWalking()
  const some = (): boolean => selection.ids.length > 0
  const several = (): boolean => selection.ids.length > 1
  const someEdges = (): boolean => selection.edges.length > 0
  const one = (): boolean => selection.ids.length === 1

  function nudge(x: number, y: number): void {
    project.run({ do: 'move', to: selection.nodes.map(({ id, position }) => ({ id, at: { x: position.x + x, y: position.y + y } })) }, `nudge ${selection.ids.join(' ')}`)
  }

  function duplicate(): void {
    const fragment = fragmentOf(project.architecture, selection.ids)
    const before = new Set(project.architecture.nodes.map(node => node.id))
    const left = Math.min(...fragment.nodes.map(node => node.position.x))
    const top = Math.min(...fragment.nodes.map(node => node.position.y))
    if (project.run({ do: 'paste', fragment, at: { x: left + NODE.width + 24, y: top + 12 } })) selection.choose(project.architecture.nodes.filter(node => !before.has(node.id)).map(node => node.id))
  }

  /** Leaves the one behind it chosen, so that a chain is deleted from its end. */
  function remove(join: boolean): void {
    if (someEdges()) {
      project.run({ do: 'disconnect', edges: selection.edges })
      return
    }
    const { ids } = selection
    const source = project.architecture.edges.find(edge => ids.includes(edge.to.node) && !ids.includes(edge.from.node))?.from.node
    if (project.run({ do: 'remove', ids, join }) && source !== undefined) selection.show(source)
  }

  async function editFields(): Promise<void> {
    preferences.remember('inspector', 'network')
    await nextTick()
    document.querySelector<HTMLElement>('.inspector section input, .inspector section select, .inspector section button[role=switch], .inspector .row input')?.focus()
  }

  function openChooser(): void {
    canvas.connecting = undefined
    const { x, y } = middle()
    canvas.chooser = { x: x - 125, y: Math.max(12, y - 200) }
  }

  function insertOnEdge(): void {
    const [onto] = selection.edges
    const drawn = canvas.drawing.layers.find(layer => layer.id === onto?.to.node)
    if (!onto || !drawn) return
    openChooser()
    if (canvas.chooser) canvas.chooser = { ...canvas.chooser, spot: { onto, at: { x: drawn.x + NODE.width / 2, y: drawn.y + NODE.height / 2 } } }
  }

  function connectFrom(): void {
    openChooser()
    canvas.connecting = selection.ids[0]
  }

  function disconnect(): void {
    const edges = someEdges() ? selection.edges : project.architecture.edges.filter(edge => selection.ids.includes(edge.to.node) && !selection.ids.includes(edge.from.node))
    project.run({ do: 'disconnect', edges })
  }

  const walkCommands = (['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] as const).flatMap((key): AppCommand[] => {
    const direction = key.slice(5).toLowerCase()
    const x = key === 'ArrowLeft' ? -STEP : key === 'ArrowRight' ? STEP : 0
    const y = key === 'ArrowUp' ? -STEP : key === 'ArrowDown' ? STEP : 0
    return [
      { name: `walk.${direction}`, within: CANVAS, title: `Go ${key === 'ArrowUp' || key === 'ArrowLeft' ? 'back' : 'on'} along an edge, ${direction}`, group: 'Canvas', keys: [key], enabled: () => project.architecture.nodes.length > 0, run: () => walk(key) },
      { name: `nudge.${direction}`, within: CANVAS, title: `Move ${direction}`, group: 'Layers', keys: [`Alt+${key}`], enabled: some, run: () => nudge(x, y) },
    ]
  })

  return [
    { name: 'layer.add', title: 'Add a layer…', group: 'Layers', keys: ['/', 'Insert'], run: openChooser },
    { name: 'layer.edit', title: 'Edit the fields of the layer', group: 'Layers', keys: ['E', 'F2'], enabled: some, run: editFields },
    { name: 'layer.connect', title: 'Connect to…', group: 'Layers', keys: ['C'], enabled: () => one() && layerKinds.get(selection.only?.kind ?? '')?.hasOutput !== false, run: connectFrom },
    { name: 'layer.disconnect', title: 'Disconnect inputs, or the edge', group: 'Layers', keys: ['X'], enabled: () => some() || someEdges(), run: disconnect },
    { name: 'edge.insert', title: 'Insert a layer on the edge…', group: 'Layers', enabled: () => selection.edges.length === 1, run: insertOnEdge },
    { name: 'edit.selectAll', title: 'Select all', group: 'Edit', keys: ['Ctrl+A'], run: () => selection.choose(project.architecture.nodes.map(node => node.id)) },
    { name: 'edit.selectNone', within: CANVAS, title: 'Select none', group: 'Edit', keys: ['Escape'], enabled: () => some() || someEdges(), run: selection.chooseNothing },
    { name: 'edit.duplicate', title: 'Duplicate', group: 'Edit', keys: ['Ctrl+D'], enabled: some, run: duplicate },
    { name: 'edit.delete', within: CANVAS, title: 'Delete', group: 'Edit', keys: ['Delete', 'Backspace'], enabled: () => some() || someEdges(), run: () => remove(false) },
    { name: 'edit.deleteJoin', within: CANVAS, title: 'Delete and join', group: 'Edit', keys: ['Shift+Delete'], enabled: some, run: () => remove(true) },
    { name: 'layer.group', title: 'Group', group: 'Layers', keys: ['Ctrl+G'], enabled: some, run: () => project.run({ do: 'group', ids: selection.ids }) && selection.chooseGroup(project.architecture.groups?.at(-1)?.id ?? '') },
    { name: 'layer.ungroup', title: 'Ungroup', group: 'Layers', keys: ['Ctrl+Shift+G'], enabled: () => selection.group !== undefined, run: () => project.run({ do: 'ungroup', group: selection.group ?? '' }) },
    { name: 'layer.arrange', title: 'Arrange all', group: 'Layers', keys: ['L'], run: () => project.run({ do: 'arrange' }) && canvas.fit() },
    { name: 'layer.arrangeSome', title: 'Arrange selection', group: 'Layers', keys: ['Shift+L'], enabled: several, run: () => project.run({ do: 'arrange', ids: selection.ids }) },
    ...SIDES.map(({ side, title }): AppCommand => ({ name: `align.${side}`, title, group: 'Layers', enabled: several, run: () => project.run({ do: 'align', ids: selection.ids, side, size: { width: ROOM.width + 24, height: ROOM.height } }) })),
    ...walkCommands,
    { name: 'walk.first', within: CANVAS, title: 'Go to the first layer', group: 'Canvas', keys: ['Home'], run: () => walkTo(0) },
    { name: 'walk.last', within: CANVAS, title: 'Go to the last layer', group: 'Canvas', keys: ['End'], run: () => walkTo(-1) },
    { name: 'canvas.fit', title: 'Fit all into sight', group: 'Canvas', keys: ['F'], run: canvas.fit },
    { name: 'canvas.minimap', title: 'Show or hide the overview map', group: 'Canvas', keys: ['M'], run: () => preferences.remember('minimap', preferences.layout['minimap'] === false) },
    { name: 'canvas.svg', title: 'Export the drawing as SVG', group: 'Project', run: () => savePicture('svg') },
    { name: 'canvas.png', title: 'Export the drawing as PNG', group: 'Project', run: () => savePicture('png') },
    { name: 'preview.show', title: 'Preview one image flowing through', group: 'Canvas', keys: ['P'], run: () => (preview.shown ? preview.hide() : preview.compute()) },
  ]
}
