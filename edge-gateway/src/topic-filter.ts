/** MQTT topic filters (OASIS MQTT 3.1.1, section 4.7). */

/** @returns what is wrong with the filter, or undefined */
export function topicFilterProblem(filter: string): string | undefined {
  const levels = filter.split('/');
  if (filter.includes('\0')) return 'a topic filter has no NUL character';
  if (filter.startsWith('$')) return 'topics that start with $ belong to the broker';
  for (const [index, level] of levels.entries()) {
    if (level.includes('+') && level !== '+') return '+ stands for a whole level';
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1))
      return '# stands alone as the last level';
  }
  return undefined;
}

export function matchesTopicFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (!filter.includes('+') && !filter.includes('#')) return false;
  const levels = topic.split('/');
  const filterLevels = filter.split('/');
  for (const [index, wanted] of filterLevels.entries()) {
    if (wanted === '#') return true;
    const level = levels[index];
    if (level === undefined || (wanted !== '+' && wanted !== level)) return false;
  }
  return levels.length === filterLevels.length;
}

/** True if some topic matches both filters. */
export function topicFiltersOverlap(one: string, other: string): boolean {
  const a = one.split('/');
  const b = other.split('/');
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    // `x/#` matches `x` as well, so a # just behind the end of the other counts.
    if (left === '#' || right === '#') return true;
    if (left === undefined || right === undefined) return left === right;
    if (left !== right && left !== '+' && right !== '+') return false;
  }
}
