import { bridge } from '../../bridge.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useFiles } from './files.ts'

/** Gives the person a file: where browsers put downloads. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Lets the person choose files. Empty if they choose none. */
export async function chooseFiles(accept: string, multiple = false): Promise<readonly File[]> {
  const field = document.createElement('input')
  field.type = 'file'
  field.accept = accept
  field.multiple = multiple
  return new Promise(resolve => {
    field.onchange = () => resolve([...(field.files ?? [])])
    field.oncancel = () => resolve([])
    field.click()
  })
}

export async function exportProject(): Promise<void> {
  const answer = await useNotices().attempt(() => bridge().call('projects.write', { project: useProject().project }))
  if (answer) download(answer.fileName, new Blob([answer.text], { type: 'application/json' }))
}

export async function importProject(): Promise<void> {
  const [file] = await chooseFiles('.json,application/json')
  if (file) await readProject(file)
}

/** A file that was chosen or dropped. */
export async function readProject(file: File): Promise<void> {
  const answer = await useNotices().attempt(async () => bridge().call('projects.read', { text: await file.text(), name: file.name }))
  if (answer) await useFiles().openCopy(answer.project)
}
