// Does nothing: the smallest module there is.
int main(void) { return 0; }
