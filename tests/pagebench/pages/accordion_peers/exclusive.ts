export interface Collapsible {
  isOpen: boolean;
}

const groups: Record<string, Set<Collapsible>> = {};

/** One of a group is open at a time. */
export function join(group: string, member: Collapsible): void {
  (groups[group] ??= new Set()).add(member);
}

export function leave(group: string, member: Collapsible): void {
  groups[group]?.delete(member);
}

export function openOnly(group: string, member: Collapsible): void {
  for (const other of groups[group] ?? []) other.isOpen = other === member;
}
