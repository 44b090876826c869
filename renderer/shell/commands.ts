import { nextTick } from 'vue'
import type { AppCommand } from '../commands/registry.ts'
import { useFiles } from '../features/projects/files.ts'
import { exportProject, importProject } from '../features/projects/transfer.ts'
import { useEngine } from '../stores/engine.ts'
import { usePreferences } from '../stores/preferences.ts'
import { useProject } from '../stores/project.ts'
import { useWorkbench } from '../stores/workbench.ts'
import { views } from '../views.ts'

/** What can be done in every view. */
export function shellCommands(): AppCommand[] {
  const workbench = useWorkbench()
  const project = useProject()
  const preferences = usePreferences()
  const engine = useEngine()
  const files = useFiles()
  const dialog = (name: typeof workbench.dialog) => () => {
    workbench.dialog = name
  }
  const firstFix = () => project.problems.flatMap(problem => problem.fixes)[0]
  function applyFirstFix(): void {
    const fix = firstFix()
    if (fix) project.run({ do: 'fix', fix })
  }
  async function goToProblems(): Promise<void> {
    workbench.showPanel('problems')
    await nextTick()
    document.querySelector<HTMLElement>('#tab-problems')?.focus()
  }
  return [
    { name: 'palette', title: 'Find or run a command', group: 'Help', keys: ['Ctrl+K', 'Ctrl+Shift+P'], always: true, run: dialog('palette') },
    { name: 'keys', title: 'Keyboard shortcuts', group: 'Help', keys: ['?'], run: dialog('keys') },
    { name: 'tour', title: 'Tour in five steps', group: 'Help', run: dialog('tour') },
    { name: 'project.new', title: 'New project', group: 'Project', keys: ['Ctrl+Alt+N'], run: () => files.create() },
    { name: 'project.gallery', title: 'New from a preset…', group: 'Project', keys: ['Ctrl+Shift+N'], always: true, run: dialog('gallery') },
    { name: 'project.open', title: 'Open…', group: 'Project', keys: ['Ctrl+O'], always: true, run: dialog('projects') },
    { name: 'project.save', title: 'Save', group: 'Project', keys: ['Ctrl+S'], always: true, run: () => files.save() },
    { name: 'project.saveAs', title: 'Save as…', group: 'Project', keys: ['Ctrl+Shift+S'], always: true, run: dialog('saveAs') },
    { name: 'project.twin', title: 'Unquantized twin, signs as hard tanh', group: 'Project', run: () => files.openTwin('hardTanh') },
    { name: 'project.twinRelu', title: 'Unquantized twin, signs as ReLU', group: 'Project', run: () => files.openTwin('relu') },
    { name: 'project.import', title: 'Import JSON…', group: 'Project', run: importProject },
    { name: 'project.export', title: 'Export JSON', group: 'Project', run: exportProject },
    { name: 'edit.undo', title: 'Undo', group: 'Edit', keys: ['Ctrl+Z'], enabled: () => project.done.length > 0, run: project.undo },
    { name: 'edit.redo', title: 'Redo', group: 'Edit', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], enabled: () => project.undone.length > 0, run: project.redo },
    ...views.map((view, at): AppCommand => ({ name: `view.${view.name}`, title: `Go to ${view.title}`, group: 'View', keys: [`Ctrl+${at + 1}`], always: true, run: () => workbench.showView(view.name) })),
    { name: 'panel.problems', title: 'Show problems', group: 'View', keys: ['Ctrl+J'], always: true, run: goToProblems },
    { name: 'fix.first', title: 'Apply the first fix', group: 'Edit', keys: ['Ctrl+.'], enabled: () => firstFix() !== undefined, run: applyFirstFix },
    { name: 'panel.history', title: 'Show history', group: 'View', run: () => workbench.showPanel('history') },
    { name: 'panel.log', title: 'Show the log', group: 'View', run: () => workbench.showPanel('log') },
    { name: 'theme.dark', title: 'Dark theme', group: 'View', run: () => preferences.set({ theme: 'dark' }) },
    { name: 'theme.light', title: 'Light theme', group: 'View', run: () => preferences.set({ theme: 'light' }) },
    { name: 'theme.system', title: 'Theme of the system', group: 'View', run: () => preferences.set({ theme: 'system' }) },
    { name: 'home.take', title: 'Train in this home from now on', group: 'Train', enabled: () => engine.home?.mine === false && engine.home.holder === null, run: engine.takeHome },
    { name: 'engine.restart', title: 'Restart the engine', group: 'Train', run: engine.restart },
  ]
}
