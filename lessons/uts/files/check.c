	if (pid == -1) {
		perror("clone");
		return 1;
	}
