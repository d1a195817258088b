/* The users of /etc/passwd, which the C library has no functions for. There is one: faasm. */
#ifndef FAASM_PWD_H
#define FAASM_PWD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct passwd {
  char *pw_name;
  char *pw_passwd;
  uid_t pw_uid;
  gid_t pw_gid;
  char *pw_gecos;
  char *pw_dir;
  char *pw_shell;
};

/* The first line of /etc/passwd with this name or, without a name, this number; the next look-up overwrites it. */
__attribute__((weak)) struct passwd *__faasm_find_user(const char *name, uid_t uid) {
  static char line[256];
  static struct passwd user;
  FILE *file = fopen("/etc/passwd", "r");
  struct passwd *found = NULL;
  while (file && !found && fgets(line, sizeof line, file)) {
    char *fields[7], *rest = line;
    line[strcspn(line, "\n")] = '\0';
    int count = 0;
    while (count < 7 && (fields[count] = strsep(&rest, ":"))) count++;
    if (count < 7) continue;
    user.pw_name = fields[0];
    user.pw_passwd = fields[1];
    user.pw_uid = (uid_t)strtoul(fields[2], NULL, 10);
    user.pw_gid = (gid_t)strtoul(fields[3], NULL, 10);
    user.pw_gecos = fields[4];
    user.pw_dir = fields[5];
    user.pw_shell = fields[6];
    if (name ? strcmp(name, user.pw_name) == 0 : uid == user.pw_uid) found = &user;
  }
  if (file) fclose(file);
  return found;
}

/* The user with this number, NULL when there is none. */
__attribute__((weak)) struct passwd *getpwuid(uid_t uid) { return __faasm_find_user(NULL, uid); }

/* The user with this name, NULL when there is none. */
__attribute__((weak)) struct passwd *getpwnam(const char *name) { return __faasm_find_user(name, 0); }

#ifdef __cplusplus
}
#endif

#endif
