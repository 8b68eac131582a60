/* ns_pid: a shell that is process 1. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE (1024 * 1024)

static char stack[STACK_SIZE];

/* The child begins here, in its new namespaces. */
static int container(void *arg)
{
	char *const argv[] = { "/bin/bash", NULL };

	printf("Container [%5d] - inside the container!\n", getpid());
	sethostname("container", 9);
	execv(argv[0], argv);
	perror("execv");
	return 1;
}

int main(void)
{
	int pid;

	setlinebuf(stdout);	/* or exec loses the lines */
	printf("Parent [%5d] - start a container!\n", getpid());
	pid = clone(container, stack + STACK_SIZE,
		    CLONE_NEWUTS | CLONE_NEWPID | SIGCHLD, NULL);
	if (pid == -1) {
		perror("clone");
		return 1;
	}
	waitpid(pid, NULL, 0);
	printf("Parent - container stopped!\n");
	return 0;
}
