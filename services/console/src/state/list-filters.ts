import type { Ref } from 'vue';
import { ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { askedOf, givenOf } from './address.ts';

/** What a list is filtered by: from the address at first, then to it, with `changed` called after. */
export function useListFilters<Name extends string>(
  names: readonly Name[],
  changed: () => void,
): Ref<Record<Name, string>> {
  const router = useRouter();
  const filters = ref(askedOf(useRoute().query, names)) as Ref<Record<Name, string>>;
  watch(
    filters,
    (now) => {
      void router.replace({ query: givenOf(now) });
      changed();
    },
    { deep: true },
  );
  return filters;
}
