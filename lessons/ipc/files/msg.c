/* msg: put a letter into the message queue 0x1234, or take one out. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#define KEY 0x1234

struct letter {
	long type;
	char text[64];
};

int main(int argc, char *argv[])
{
	struct letter letter = { .type = 1 };
	int queue;

	/* The queue of this key; if there is none, make it. */
	queue = msgget(KEY, IPC_CREAT | 0600);
	if (queue == -1) {
		perror("msgget");
		return 1;
	}
	if (argc > 1) {
		strncpy(letter.text, argv[1], sizeof(letter.text) - 1);
		if (msgsnd(queue, &letter, sizeof(letter.text), IPC_NOWAIT) == -1) {
			perror("msgsnd");
			return 1;
		}
		return 0;
	}
	if (msgrcv(queue, &letter, sizeof(letter.text), 0, IPC_NOWAIT) == -1) {
		perror("msgrcv");
		return 1;
	}
	printf("%s\n", letter.text);
	return 0;
}
