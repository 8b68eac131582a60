/* serve PORT: a server that tells its host name to whoever connects. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	int port = argc > 1 ? atoi(argv[1]) : 80;
	int server = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;   /* a port is free again as soon as its server has ended */
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server, (struct sockaddr *)&any, sizeof(any)) == -1 || listen(server, 16) == -1) {
		perror("serve");
		return 1;
	}
	printf("serve: listening on port %d\n", port);
	fflush(stdout);
	for (;;) {
		char name[65] = "", line[80];
		int client = accept(server, NULL, NULL);

		if (client == -1)
			continue;
		gethostname(name, sizeof(name) - 1);
		snprintf(line, sizeof(line), "hello from %s\n", name);
		send(client, line, strlen(line), MSG_NOSIGNAL);
		close(client);
	}
}
