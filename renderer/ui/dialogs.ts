import { computed, ref, shallowRef, type Ref, type ShallowRef, type WritableComputedRef } from 'vue'

/** Whether the dialog of this name is the one that is open, for v-model; closing it leaves none open. */
export function dialogModel<Name extends string>(holder: { dialog: Name | undefined }, name: Name): WritableComputedRef<boolean> {
  return computed({
    get: () => holder.dialog === name,
    set: open => {
      holder.dialog = open ? name : undefined
    },
  })
}

interface Sending {
  readonly busy: Ref<boolean>
  /** What the last work was refused for; set and cleared by whoever shows it, too. */
  readonly error: ShallowRef<unknown>
  readonly send: (work: () => Promise<unknown>) => Promise<void>
}

/** Work that a dialog asks for, and whose refusal it shows in itself. */
export function useSending(): Sending {
  const busy = ref(false)
  const error = shallowRef<unknown>()
  async function send(work: () => Promise<unknown>): Promise<void> {
    busy.value = true
    try {
      await work()
    } catch (cause) {
      error.value = cause
    } finally {
      busy.value = false
    }
  }
  return { busy, error, send }
}
