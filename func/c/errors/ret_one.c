// A main that returns 1: the call fails, and says with what.
int main(void) { return 1; }
