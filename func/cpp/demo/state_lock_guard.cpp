// A lock that is held as long as an object lives.
#include <cstdio>
#include <faasm/lock.h>

int main() {
  int counter = 0;
  {
    faasm::StateWriteLock lock("guarded");
    faasmReadState("guarded", BYTES(&counter), sizeof counter);
    counter++;
    faasmWriteState("guarded", BYTES(&counter), sizeof counter);
    faasmPushState("guarded");
  }
  printf("Counter: %03d", counter);
  return 0;
}
