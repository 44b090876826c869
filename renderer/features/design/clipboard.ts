import { useEventListener } from '@vueuse/core'
import { fragmentOf, pastedIds, readFragment, writeFragment } from '../../../core/architecture/edit/index.ts'
import { counted } from '../../../core/architecture/wording.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useSelection } from '../../stores/selection.ts'

/** Copy, cut and paste of layers as text on the system's clipboard, so that they pass between projects and windows. */
export function useClipboard(spot: () => { readonly x: number; readonly y: number }): void {
  const project = useProject()
  const selection = useSelection()
  const notices = useNotices()
  const elsewhere = (event: ClipboardEvent): boolean => event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]') !== null
  const selectedText = (): boolean => (document.getSelection()?.toString() ?? '') !== ''

  function copy(event: ClipboardEvent): boolean {
    if (elsewhere(event) || selectedText() || selection.ids.length === 0 || !event.clipboardData) return false
    event.clipboardData.setData('text/plain', writeFragment(fragmentOf(project.architecture, selection.ids)))
    event.preventDefault()
    return true
  }

  function paste(event: ClipboardEvent): void {
    if (elsewhere(event) || !event.clipboardData) return
    try {
      const fragment = readFragment(event.clipboardData.getData('text/plain'))
      if (!fragment) return
      event.preventDefault()
      const ids = pastedIds(project.architecture, fragment)
      if (project.run({ do: 'paste', fragment, at: spot() })) selection.show(...(ids as [string, ...string[]]))
    } catch (error) {
      notices.fail(error)
    }
  }

  useEventListener(document, 'copy', event => {
    if (copy(event)) notices.add('info', `Copied ${counted(selection.ids.length, 'layer')}`)
  })
  useEventListener(document, 'cut', event => {
    if (copy(event)) project.run({ do: 'remove', ids: selection.ids })
  })
  useEventListener(document, 'paste', paste)
}
