import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { floatTwin, presetNamed, type Project, type TwinActivation } from '../../../core/architecture/index.ts'
import { counted } from '../../../core/architecture/wording.ts'
import type { OutputOf } from '../../../main/contract/app/index.ts'
import { bridge } from '../../bridge.ts'
import { useNotices } from '../../stores/notices.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useProject, type Place } from '../../stores/project.ts'

const DRAFT_AFTER = 800

/** Opening, saving and safekeeping of the open project. */
export const useFiles = defineStore('files', () => {
  const open = useProject()
  const notices = useNotices()
  const preferences = usePreferences()
  /** Of the unsaved changes of this page. */
  const draft = ref<string>(crypto.randomUUID())
  const busy = ref(false)
  let draftKept = false
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(() => open.text, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void keepDraft(), DRAFT_AFTER)
  })

  async function keepDraft(): Promise<void> {
    if (!open.unsaved) return dropDraft()
    const { place, revision } = open.kept ?? { place: null, revision: null }
    // A copy nobody has touched is no work to lose.
    if (open.done.length === 0) return
    await notices.attempt(() => bridge().call('drafts.keep', { draft: draft.value, place, revision, project: open.project }))
    draftKept = true
    if (preferences.layout['draft'] !== draft.value) preferences.remember('draft', draft.value)
  }

  async function dropDraft(): Promise<void> {
    if (!draftKept) return
    draftKept = false
    preferences.remember('draft', '')
    await notices.attempt(() => bridge().call('drafts.drop', { draft: draft.value }))
  }

  /** Runs `next`, which puts another project in the place of this one, whose unsaved changes stay as a draft. */
  async function replace(next: () => Promise<void> | void): Promise<void> {
    clearTimeout(timer)
    if (open.unsaved && open.done.length > 0) {
      await keepDraft()
      notices.add('info', `Unsaved changes of ${open.project.name} are kept as a draft`, { remedy: 'find them under Open' })
    }
    draft.value = crypto.randomUUID()
    draftKept = false
    if (preferences.layout['draft']) preferences.remember('draft', '')
    await next()
  }

  async function create(): Promise<void> {
    await replace(() => open.show({ ...open.empty }))
  }

  /** A copy that is not saved yet, such as of a preset. */
  async function openCopy(project: Project, name = project.name): Promise<void> {
    await replace(() => open.show({ ...structuredClone(project), name }))
  }

  /** The open project's unquantized twin, as another project that is not saved yet. */
  async function openTwin(activation: TwinActivation): Promise<void> {
    const twin = await notices.attempt(() => floatTwin(open.project, activation))
    if (!twin) return
    await openCopy(twin.project)
    const [first = '', ...more] = twin.changes
    notices.add('info', `${twin.project.name}: ${first}`, { ...(more.length > 0 && { remedy: `${counted(more.length, 'more change')}, in its description` }) })
  }

  async function openPlace(place: Place): Promise<boolean> {
    const answer = await notices.attempt(() => bridge().call('projects.open', { place }))
    if (!answer) return false
    await replace(() => open.show(answer.project, { place: answer.place, revision: answer.revision }))
    await preferences.setNow({ lastProject: answer.place })
    return true
  }

  async function openDraft(id: string): Promise<void> {
    const answer = await notices.attempt(() => bridge().call('drafts.open', { draft: id }))
    if (answer) await showDraft(id, answer)
  }

  async function showDraft(id: string, answer: OutputOf<'drafts.open'>): Promise<void> {
    await replace(() => open.show(answer.project, answer.place ? { place: answer.place, revision: answer.revision } : undefined, false))
    draft.value = id
    draftKept = true
    preferences.remember('draft', id)
  }

  /** Writes to where it was opened; asks for a name first if it was nowhere yet. `overwrite`: whatever is there now. */
  async function save(overwrite = false): Promise<boolean> {
    const { kept, project } = open
    if (!kept) return saveNew(project)
    busy.value = true
    const answer = await notices.attempt(() => bridge().call('projects.save', { place: kept.place, project, revision: overwrite ? null : kept.revision }))
    busy.value = false
    if (!answer) return false
    if (answer.outcome === 'conflict') {
      const what = answer.revision === null ? 'the file is gone' : 'the file was changed by somebody else'
      notices.add('error', `Not saved: ${what}`, { remedy: 'save it anyway, or save it as another', action: { label: 'Save anyway', run: () => void save(true) } })
      return false
    }
    open.wasSaved({ place: kept.place, revision: answer.revision }, project)
    await dropDraft()
    notices.add('info', `Saved ${project.name}`)
    return true
  }

  /** Under an id of its own in the home. */
  async function saveNew(project: Project): Promise<boolean> {
    busy.value = true
    const stored = await notices.attempt(() => bridge().call('projects.create', { project }))
    busy.value = false
    if (!stored) return false
    open.wasSaved({ place: stored.place, revision: stored.revision }, project)
    await preferences.setNow({ lastProject: stored.place })
    await dropDraft()
    notices.add('info', `Saved ${project.name}`)
    return true
  }

  async function saveAs(name: string): Promise<boolean> {
    if (!open.run({ do: 'setProject', name })) return false
    return saveNew(open.project)
  }

  /** Changes that were not saved when the page or the machine went away. */
  async function recover(): Promise<boolean> {
    const id = preferences.layout['draft']
    if (typeof id !== 'string' || id === '') return false
    // It may have been dropped since, by another window.
    const answer = await bridge().call('drafts.open', { draft: id }).catch(() => undefined)
    if (!answer) return false
    await showDraft(id, answer)
    notices.add('info', `Unsaved changes of ${answer.project.name} are back`, { remedy: 'save them, or open something else' })
    return true
  }

  /** What was open last, unsaved or saved, else a copy of the small network that everybody can train at once. */
  async function begin(): Promise<void> {
    if (await recover()) return
    const place = preferences.lastProject
    if (place && await openPlace(place)) return
    open.show({ ...structuredClone(presetNamed('digits')), name: 'digits · copy' })
  }

  return { busy, create, openCopy, openTwin, openPlace, openDraft, save, saveAs, begin, keepDraft }
})
