/* Appends a number and what time it is to a file, and does nothing else: stamp FILE NUMBER. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words) {
  struct timespec now;
  char line[64];
  clock_gettime(CLOCK_REALTIME, &now);
  if (count != 3)
    return 2;
  int length = snprintf(line, sizeof line, "%.20s %lld.%09ld\n", words[2], (long long)now.tv_sec,
                        now.tv_nsec);
  int file = open(words[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
  return file < 0 || write(file, line, length) != length;
}
