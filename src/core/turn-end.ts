/** Why a guest's turn had to end: the codes of the native guard, in the kill flag and in what it answers. */
export const TURN_END = { completed: 0, wall: 1, cpu: 2, cancelled: 3 } as const;
export type TurnEnd = (typeof TURN_END)[keyof typeof TURN_END];
