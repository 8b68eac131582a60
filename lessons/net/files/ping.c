/* ping ADDRESS: one echo request, and a second's patience for the reply. See icmp(7). */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* The internet checksum: the complement of the sum of all 16-bit words, RFC 1071. */
static unsigned short checksum(const unsigned short *word, int words)
{
	unsigned int sum = 0;

	while (words-- > 0)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

int main(int argc, char *argv[])
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct icmphdr request = { .type = ICMP_ECHO, .un.echo.id = htons(getpid()) };
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	double sent, left = 1000;

	if (raw == -1) {
		perror("ping: socket");
		return 1;
	}
	if (argc < 2 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: ping ADDRESS, such as ping 127.0.0.1\n");
		return 1;
	}
	request.checksum = checksum((unsigned short *)&request, sizeof(request) / 2);
	sent = now_ms();
	if (sendto(raw, &request, sizeof(request), 0, (struct sockaddr *)&to, sizeof(to)) == -1) {
		perror("ping: sendto");
		return 1;
	}
	while (left > 0) {
		struct { struct iphdr ip; struct icmphdr icmp; } reply;
		struct pollfd wait = { .fd = raw, .events = POLLIN };

		if (poll(&wait, 1, left) == 1 && recv(raw, &reply, sizeof(reply), 0) == sizeof(reply)
		    && reply.icmp.type == ICMP_ECHOREPLY && reply.icmp.un.echo.id == request.un.echo.id) {
			printf("reply from %s after %.3f ms\n", argv[1], now_ms() - sent);
			return 0;
		}
		left = sent + 1000 - now_ms();
	}
	printf("no reply from %s\n", argv[1]);
	return 1;
}
