import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron'
import type { Dialogs } from '../services/app/handling.ts'

const PROPERTIES: Readonly<Record<'openFile' | 'openFiles' | 'openFolder', NonNullable<OpenDialogOptions['properties']>>> = {
  openFile: ['openFile'],
  openFiles: ['openFile', 'multiSelections'],
  openFolder: ['openDirectory'],
}

/** The desktop's own dialogs, over the window. */
export function dialogsOver(window: () => BrowserWindow | undefined): Dialogs {
  return {
    async show({ kind, title, extensions, suggestedName }) {
      const over = window()
      if (!over) return []
      const filters = extensions.length > 0 ? [{ name: extensions.map(extension => `.${extension}`).join(', '), extensions }] : []
      if (kind === 'saveFile') {
        const { filePath } = await dialog.showSaveDialog(over, { title, filters, ...(suggestedName !== undefined && { defaultPath: suggestedName }) })
        return filePath ? [filePath] : []
      }
      return (await dialog.showOpenDialog(over, { title, filters, properties: PROPERTIES[kind] })).filePaths
    },
  }
}
