// The user that functions run as.
#include <assert.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  assert(getuid() == 1000 && geteuid() == 1000 && getgid() == 1000 && getegid() == 1000);
  const struct passwd *user = getpwuid(getuid());
  assert(user);
  assert(strcmp(user->pw_name, "faasm") == 0);
  assert(user->pw_uid == 1000 && user->pw_gid == 1000);
  assert(strcmp(user->pw_dir, "/home/faasm") == 0);
  assert(getpwnam("faasm") && !getpwnam("root") && !getpwuid(0));
  return 0;
}
