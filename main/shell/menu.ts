import { Menu, shell, type MenuItemConstructorOptions } from 'electron'

/** The desktop's menu. Its items run the page's own commands, by name; keys are the page's too, and only shown here. */
export function showMenu(run: (command: string) => void, home: string): void {
  const item = (label: string, command: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => run(command),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const mac = process.platform === 'darwin'
  Menu.setApplicationMenu(Menu.buildFromTemplate([
    ...(mac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        item('New Project', 'project.new'),
        item('New from a Preset…', 'project.gallery', 'CmdOrCtrl+Shift+N'),
        item('Open…', 'project.open', 'CmdOrCtrl+O'),
        separator,
        item('Save', 'project.save', 'CmdOrCtrl+S'),
        item('Save As…', 'project.saveAs', 'CmdOrCtrl+Shift+S'),
        separator,
        item('Import JSON…', 'project.import'),
        item('Export JSON…', 'project.export'),
        separator,
        { label: 'Show Folder of Projects and Runs', click: () => void shell.openPath(home) },
        separator,
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        item('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        item('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' },
      ],
    },
    {
      label: '&View',
      submenu: [
        item('Find or Run a Command…', 'palette', 'CmdOrCtrl+K'),
        separator,
        item('Problems', 'panel.problems', 'CmdOrCtrl+J'),
        item('History', 'panel.history'),
        item('Log', 'panel.log'),
        separator,
        item('Dark', 'theme.dark'), item('Light', 'theme.light'), item('As the System', 'theme.system'),
        separator,
        { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' },
      ],
    },
    { label: 'E&ngine', submenu: [item('Restart the Engine', 'engine.restart')] },
    { role: 'windowMenu' },
    { label: '&Help', role: 'help', submenu: [item('Keyboard Shortcuts', 'keys')] },
  ]))
}
