// The pages' pictures, as the lines of a pen in a square of 24; here rather than in a file of their
// own, so that they are there while the box is not.

export const ICONS = {
  check: "M4.5 12.8l4.8 4.8L19.5 7",
  cross: "M6 6l12 12M18 6L6 18",
  question: "M8.2 8.6a3.9 3.9 0 1 1 5.6 3.5c-1.2.6-1.8 1.3-1.8 2.6M12 19v.2",
  warning: "M12 3.5L22 20.5H2zM12 10v4.6M12 17.4v.2",
  gift: "M3.5 8h17v4h-17zM5 12v8.5h14V12M12 8v12.5M12 8S7 8.2 7 5.4C7 3.5 10.5 3 12 8zM12 8s5 .2 5-2.6C17 3.5 13.5 3 12 8z",
  latch: "M5 11h14v9.5H5zM8 11V7.5a4 4 0 0 1 7.7-1.5M12 14.6v2.4",
  lock: "M5 11h14v9.5H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 14.6v2.4",
  "door-shut": "M5 3h14v18H5zM15.5 12v.2",
  "door-open": "M19 6V3H5v18h14v-3M5 3l8 3.5v14L5 21M10.3 12.5v.2M16 12h6M19.5 9.5L22 12l-2.5 2.5",
  eye: "M2 12c2.5-4.4 6-6.6 10-6.6s7.5 2.2 10 6.6c-2.5 4.4-6 6.6-10 6.6S4.5 16.4 2 12M9.2 12a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0",
  tool: "M14.2 6.3a4.3 4.3 0 0 1 5.6-1.9l-3 3 .4 2 2 .4 3-3a4.3 4.3 0 0 1-5.9 5.5L8 20.6a2.1 2.1 0 0 1-3-3l8.3-8.3a4.3 4.3 0 0 1 .9-3z",
  clock: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M12 6.8V12l3.5 2.2",
  plug: "M8 3v5M16 3v5M5.5 8h13v3.5a6.5 6.5 0 0 1-13 0zM12 18v3.5",
  keypad: "M6 5v.1M12 5v.1M18 5v.1M6 12v.1M12 12v.1M18 12v.1M6 19v.1M12 19v.1M18 19v.1",
  work: "M12 3a9 9 0 1 0 9 9",
  dot: "M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
  off: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M5.8 5.8l12.4 12.4",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
};
