// The entries of /etc in the order in which the system has them, `.` and `..` among them.
#include <dirent.h>
#include <stdio.h>

int main(void) {
  DIR *directory = opendir("/etc/");
  if (!directory) return 1;
  const char *separator = "";
  for (struct dirent *entry; (entry = readdir(directory)); separator = ",") printf("%s%s", separator, entry->d_name);
  return closedir(directory);
}
