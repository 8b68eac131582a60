/* mq: is there a POSIX message queue of this name? */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>

int main(int argc, char *argv[])
{
	struct mq_attr about;
	mqd_t queue;

	if (argc != 2) {
		fprintf(stderr, "usage: mq /NAME\n");
		return 2;
	}
	queue = mq_open(argv[1], O_RDONLY);
	if (queue == (mqd_t) -1) {
		perror("mq_open");
		return 1;
	}
	mq_getattr(queue, &about);
	printf("%s is there, %ld messages in it\n", argv[1], about.mq_curmsgs);
	return 0;
}
