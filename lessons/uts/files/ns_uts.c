/* ns_uts: a shell with a host name of its own. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE (1024 * 1024)

static char stack[STACK_SIZE];

/* The child begins here, in its new namespace. */
static int container(void *arg)
{
	char *const argv[] = { "/bin/bash", NULL };

	printf("Container - inside the container!\n");
	sethostname("container", 9);
	execv(argv[0], argv);
	perror("execv");
	return 1;
}

int main(void)
{
	int pid;

	setlinebuf(stdout);	/* or exec loses the lines */
	printf("Parent - start a container!\n");
	pid = clone(container, stack + STACK_SIZE,
		    CLONE_NEWUTS | SIGCHLD, NULL);
	waitpid(pid, NULL, 0);
	printf("Parent - container stopped!\n");
	return 0;
}
