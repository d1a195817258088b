// A counter under locks: calls that run at the same time, on this host or on others, count exactly.
// Input: `local`, the default, or `global`.
#include <faasm/faasm.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char scope[8] = {0};
  faasmGetInput(BYTES(scope), sizeof scope - 1);
  int global = strcmp(scope, "global") == 0;
  const char *key = global ? "locked_counter_global" : "locked_counter_local";
  if (global) faasmLockStateGlobal(key);
  else faasmLockStateWrite(key);
  // Whoever had the global lock before may have been another host.
  if (global) faasmPullState(key, sizeof(int32_t));
  int32_t counter = 0;
  faasmReadState(key, BYTES(&counter), sizeof counter);
  counter++;
  faasmWriteState(key, BYTES(&counter), sizeof counter);
  faasmPushState(key);
  if (global) faasmUnlockStateGlobal(key);
  else faasmUnlockStateWrite(key);
  printf("Counter: %03d", counter);
  return 0;
}
